"""``python -m attendance``."""

from attendance.cli import main

if __name__ == "__main__":
    main()
