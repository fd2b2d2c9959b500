"""Pillow's face: pictures of 8 bits a channel, opened from PNG files or made of arrays."""
__version__ = '12.0.0'
