"""safetensors: files of tensors by name, without code in them. Format: https://huggingface.co/docs/safetensors."""
from ._format import SafetensorError, deserialize, serialize
from ._open import safe_open

__version__ = '0.8.0'
__all__ = ['SafetensorError', 'deserialize', 'safe_open', 'serialize']
