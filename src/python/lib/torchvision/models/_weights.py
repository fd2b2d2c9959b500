"""What a script asks of trained weights: names to hand on, and an answer when they are to be loaded."""


def weights_class(name):
    """The enumeration of a network's trained weights: members are names."""
    return _Weights(name, (), {})


class _Weights(type):
    def __getattr__(cls, member):
        if member.startswith('_'):
            raise AttributeError(member)
        if member not in ('DEFAULT', 'IMAGENET1K_V1', 'IMAGENET1K_V2', 'IMAGENET1K_FEATURES'):
            raise AttributeError(member)
        return f'{cls.__name__}.{"IMAGENET1K_V1" if member == "DEFAULT" else member}'


def untrained(build):
    """A function that builds a network: without weights, else an error that says where weights can come from."""
    def make(*positional, weights=None, pretrained=False, progress=True, **how):
        if weights is not None or pretrained is True or positional and positional[0]:
            raise RuntimeError(
                f'The trained weights of {build.__name__} would be downloaded, and a script in Backstep has no network. Save them by real PyTorch '
                f'(torch.save(model.state_dict(), "{build.__name__}.pth")) beside the script and load them: '
                f'model = {build.__name__}(); model.load_state_dict(torch.load("{build.__name__}.pth")).')
        return build(**how)

    make.__name__ = make.__qualname__ = build.__name__
    make.__module__ = build.__module__
    make.__doc__ = build.__doc__
    return make
