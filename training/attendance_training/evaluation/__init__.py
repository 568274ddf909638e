"""Measures a model pack on labelled photographs; ``docs/evaluation.md`` says what each number means."""
