"""Reports on what a recognizer cannot do well: spoilt pictures, differences between groups, changed files."""
