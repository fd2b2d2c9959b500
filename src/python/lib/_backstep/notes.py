"""What Backstep adds to Python's words, where Python cannot know them."""

# Third-party modules that scripts import, and what to do without them.
_INSTEAD = {
    'torchaudio': 'It needs real PyTorch.',
    'transformers': 'Its models need real PyTorch: write the layers with torch.nn.',
    'requests': 'A script in Backstep has no network: put the files that it needs into its folder.',
}
# Those that are there in part.
_OURS = ('matplotlib', 'mpl_toolkits', 'numpy', 'sklearn', 'tqdm', 'IPython', 'safetensors', 'torchvision', 'PIL', 'pandas', 'scipy', 'seaborn', 'six')


def add(error):
    """Notes for an exception that ends the script. Only third-party modules get one: Python's own words suffice elsewhere."""
    if getattr(error, '__notes__', None):
        return
    if isinstance(error, ModuleNotFoundError) and error.name:
        root = error.name.partition('.')[0]
        if root == 'torch' or root in _OURS and root != error.name:
            error.add_note(f'{error.name} is not in Backstep yet.')
        else:
            advice = _INSTEAD.get(root, 'Modules beside the script, the standard library and torch can be imported.')
            error.add_note(f"Backstep runs scripts on its own engine, without installed packages: {root} is not there. {advice}")
    elif isinstance(error, ImportError) and str(error.name_from or '').startswith('fetch_'):
        error.add_note(f'{error.name}.{error.name_from} would download its data, and a script in Backstep has no network: '
                       'put the files into its folder and read them there.')


def message_of(error):
    """str() of an exception, which may be a script's own class; where that fails, the words of Python's tracebacks."""
    try:
        return str(error)
    except BaseException:
        return '<exception str() failed>'
