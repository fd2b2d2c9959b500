"""Lists and dictionaries that a node has as arguments: to change them, assign to node.args."""


def _refuse(self, *args, **kwargs):
    raise TypeError(f"'{type(self).__name__}' object does not support mutation. If you are attempting to modify the kwargs or "
                              'args of a torch.fx.Node object,\ninstead create a new copy of it and assign the copy to the node:\n\n'
                              '    new_args = ...  # copy and mutate args\n    node.args = new_args')


def _immutable(base, *writers):
    return type(f'immutable_{base.__name__}', (base,), {
        **dict.fromkeys(writers, _refuse), '__hash__': lambda self: hash(tuple(self.items() if base is dict else self)),
        '__reduce__': lambda self: (type(self), (base(self),)), '__module__': __name__})


immutable_list = _immutable(list, '__delitem__', '__iadd__', '__imul__', '__setitem__', 'append', 'clear', 'extend', 'insert', 'pop',
                            'remove', 'reverse', 'sort')
immutable_dict = _immutable(dict, '__delitem__', '__ior__', '__setitem__', 'clear', 'pop', 'popitem', 'setdefault', 'update')
