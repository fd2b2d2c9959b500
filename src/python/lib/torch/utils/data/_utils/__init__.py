"""torch.utils.data._utils, of which scripts use the collating."""
from . import collate  # noqa: F401
