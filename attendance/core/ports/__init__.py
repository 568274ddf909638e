"""Protocols that the services depend on, a module a use case; the composition root plugs the adapters in."""
