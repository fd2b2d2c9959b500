"""torch.utils.tensorboard: what is written is accepted and dropped; Backstep draws the curves and the network by itself."""
import sys

__all__ = ['FileWriter', 'SummaryWriter']

_told = False


class SummaryWriter:
    """Takes every add_… call and writes no file; says so once, on the error stream."""

    def __init__(self, log_dir=None, comment='', purge_step=None, max_queue=10, flush_secs=120, filename_suffix=''):
        global _told
        self.log_dir = log_dir or f'runs/backstep{comment}'
        if not _told:
            _told = True
            print('Backstep: TensorBoard files are not written; the Curves view shows what the run computes.', file=sys.stderr)

    def get_logdir(self):
        return self.log_dir

    def flush(self):
        pass

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __getattr__(self, name):
        if not name.startswith('add_'):
            raise AttributeError(f"'SummaryWriter' object has no attribute '{name}'")
        return lambda *args, **kwargs: None


class FileWriter(SummaryWriter):
    pass
