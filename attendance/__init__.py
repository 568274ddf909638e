"""Face attendance for the office door."""

import os

# A search over ten thousand templates takes a tenth of a millisecond in one thread. With the other core busy, OpenBLAS'
# second thread made the same search take six: it waits for its turn. Must be set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
