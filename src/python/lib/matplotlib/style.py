"""Style sheets: any name is taken, and changes nothing that is drawn."""
available = '''Solarize_Light2 bmh classic dark_background fast fivethirtyeight ggplot grayscale petroff10 seaborn-v0_8 seaborn-v0_8-bright
seaborn-v0_8-colorblind seaborn-v0_8-dark seaborn-v0_8-darkgrid seaborn-v0_8-deep seaborn-v0_8-muted seaborn-v0_8-notebook seaborn-v0_8-paper
seaborn-v0_8-pastel seaborn-v0_8-poster seaborn-v0_8-talk seaborn-v0_8-ticks seaborn-v0_8-white seaborn-v0_8-whitegrid tableau-colorblind10'''.split()
library = dict.fromkeys(available, {})


def use(style):
    pass


def reload_library():
    pass


class context:
    def __init__(self, style=None, after_reset=False):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass
