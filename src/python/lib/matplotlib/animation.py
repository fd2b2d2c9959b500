"""Animations: frames are drawn when the animation is saved or turned into a film; each is handed over."""
from ._anything import module_getattr, note

# A generator of frames may have no end.
MOST = 100


class Animation:
    def __init__(self, fig, *args, **more):
        self.figure = self._fig = fig
        self.event_source = None

    def _frames(self):
        return ()

    def _play(self):
        for _ in self._frames():
            self.figure.show()

    def save(self, filename, *args, **more):
        """Draws every frame; writes no film."""
        note(f'no film is written: {filename}')
        self._play()

    def to_jshtml(self, *args, **more):
        self._play()
        return ''

    to_html5_video = to_jshtml

    def pause(self):
        pass

    resume = pause


class FuncAnimation(Animation):
    def __init__(self, fig, func, frames=None, init_func=None, fargs=None, save_count=None, **more):
        super().__init__(fig)
        self._func, self._source, self._init, self._args = func, frames, init_func, fargs or ()

    def _frames(self):
        if self._init is not None:
            self._init()
        source = range(MOST) if self._source is None else range(self._source) if isinstance(self._source, int) else self._source
        for i, frame in enumerate(source() if callable(source) else source):
            if i == MOST:
                return
            self._func(frame, *self._args)
            yield frame


class ArtistAnimation(Animation):
    def __init__(self, fig, artists, *args, **more):
        super().__init__(fig)


class FFMpegWriter:
    def __init__(self, *args, **more):
        pass

    def setup(self, *args, **more):
        pass

    grab_frame = finish = setup


PillowWriter = ImageMagickWriter = FFMpegFileWriter = FFMpegWriter
__getattr__ = module_getattr('matplotlib.animation')
