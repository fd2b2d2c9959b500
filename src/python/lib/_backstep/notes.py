"""What Backstep adds to Python's words, where Python cannot know them."""

# Third-party modules that scripts import, and what to do without them.
_INSTEAD = {
    'pandas': 'Read a file with the csv module, and make tensors of its columns.',
    'matplotlib': "Backstep draws the loss curve and every tensor's histogram by itself; take the plotting lines out.",
    'sklearn': "Make toy data with torch: torch.randn, torch.randint, torch.linspace.",
    'torchvision': 'Datasets and models of torchvision need real PyTorch: attach Backstep to it instead.',
    'torchaudio': 'It needs real PyTorch: attach Backstep to it instead.',
    'tqdm': 'Loop over the range itself; Backstep shows the progress.',
}


def add(error):
    """Notes for an exception that ends the script. Only third-party modules get one: Python's own words suffice elsewhere."""
    if isinstance(error, ModuleNotFoundError) and error.name and not getattr(error, '__notes__', None):
        root = error.name.partition('.')[0]
        if root == 'torch':
            error.add_note(f'{error.name} is not in Backstep yet.')
        else:
            advice = _INSTEAD.get(root, 'Modules beside the script, the standard library and torch can be imported.')
            error.add_note(f"Backstep runs scripts on its own engine, without installed packages: {root} is not there. {advice}")


def message_of(error):
    """str() of an exception, which may be a script's own class; where that fails, the words of Python's tracebacks."""
    try:
        return str(error)
    except BaseException:
        return '<exception str() failed>'
