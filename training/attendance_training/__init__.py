"""Backbones, export and calibration of recognizers (needs the extra 'training')."""
