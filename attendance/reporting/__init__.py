"""Reports as files: CSV, XLSX, PDF and HTML, with charts."""
