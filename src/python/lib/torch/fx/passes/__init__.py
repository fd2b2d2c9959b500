"""torch.fx.passes: work on whole graphs."""
