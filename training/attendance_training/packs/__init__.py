"""Recognizers as ONNX files and model packs."""
