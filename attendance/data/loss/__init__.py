"""Guards against loss: room for what is refused, files taken away, copies put back."""
