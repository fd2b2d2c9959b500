"""IPython.display: text in the console; a figure is handed over as it is."""
import builtins


def display(*objects, include=None, display_id=None, clear=False, **more):
    """Prints: in a notebook as a cell's last value, in a script as print() does."""
    for found in objects:
        if hasattr(found, 'savefig') and hasattr(found, 'show'):
            found.show()
    if hasattr(builtins, '__backstep_show__'):
        from .lib.pretty import pretty
        for found in objects:
            print(pretty(found))
    else:
        print(*objects)
    return _Handle() if display_id else None


class _Handle:
    def update(self, value, **more):
        display(value)

    def display(self, value, **more):
        display(value)


def clear_output(wait=False):
    """What was printed stays."""


class DisplayObject:
    def __init__(self, data=None, url=None, filename=None, metadata=None, **more):
        self.data, self.url, self.filename = data, url, filename

    def __repr__(self):
        return f'<IPython.core.display.{type(self).__name__} object>'


class HTML(DisplayObject):
    pass


class Markdown(DisplayObject):
    pass


class Math(DisplayObject):
    pass


class Latex(DisplayObject):
    pass


class SVG(DisplayObject):
    pass


class JSON(DisplayObject):
    pass


class Javascript(DisplayObject):
    pass


class Image(DisplayObject):
    pass


class Video(DisplayObject):
    pass


class Audio(DisplayObject):
    pass


class IFrame(DisplayObject):
    def __init__(self, src=None, width=None, height=None, **more):
        super().__init__(src)


class YouTubeVideo(IFrame):
    pass


class Code(DisplayObject):
    pass


def display_html(*args, **more):
    pass


display_png = display_svg = display_markdown = display_pretty = update_display = display_html


def set_matplotlib_formats(*formats, **more):
    pass


set_matplotlib_close = set_matplotlib_formats
