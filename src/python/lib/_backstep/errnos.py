"""Error numbers as Linux has them. Emscripten counts in alphabetical order: without this a missing file says [Errno 44]."""
import dis
import errno
import os
import sys

# <asm-generic/errno.h>, from 1.
_LINUX = ('', *'''EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV
ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS
ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT
ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD
EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT
EPROTONOSUPPORT ESOCKTNOSUPPORT ENOTSUP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED
ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN
ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD
ENOTRECOVERABLE ERFKILL EHWPOISON'''.split())
_SAME = {'EWOULDBLOCK': 'EAGAIN', 'EDEADLOCK': 'EDEADLK', 'EOPNOTSUPP': 'ENOTSUP'}
_numbers = {name: number for number, name in enumerate(_LINUX)}
_RAISE = dis.opmap['RAISE_VARARGS']
_TOOL = 3
_strerror = os.strerror

# Emscripten's number to Linux's.
_mapped = {}


def install():
    """Names in `errno` and in what imported from it, `os.strerror` and every OSError that C raises speak Linux's numbers."""
    new = {}
    for name, number in vars(errno).items():
        if name.startswith('E') and isinstance(number, int):
            linux = _numbers.get(_SAME.get(name, name))
            if linux is not None:
                new[name] = _mapped[number] = linux
    old = {name: getattr(errno, name) for name in new}
    for module in list(sys.modules.values()):
        names = getattr(module, '__dict__', {})
        for name in new.keys() & names.keys():
            if names[name] == old[name]:
                names[name] = new[name]
    errno.errorcode.clear()
    errno.errorcode.update((_numbers[name], name) for name in new if name not in _SAME)
    errno.errorcode[_numbers['EDEADLK']] = 'EDEADLOCK'
    own = {linux: number for number, linux in _mapped.items()}
    os.strerror = lambda number: _strerror(own[number]) if number in own else f'Unknown error {number}'


def listen():
    """Renumbers what C raises, from now on."""
    monitoring = sys.monitoring
    monitoring.use_tool_id(_TOOL, 'errnos')
    monitoring.register_callback(_TOOL, monitoring.events.RAISE, _raised)
    monitoring.set_events(_TOOL, monitoring.events.RAISE)


def _raised(code, offset, error):
    """An OSError enters Python's code: renumbered once, where it comes from C and not from a `raise`."""
    if not isinstance(error, OSError) or error.errno not in _mapped or error.__traceback__ is None or error.__traceback__.tb_next is not None:
        return
    if code.co_code[offset] == _RAISE:
        return
    error.errno = _mapped[error.errno]
    if error.args:
        error.args = (error.errno, *error.args[1:])
