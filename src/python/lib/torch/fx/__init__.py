"""torch.fx: programs as graphs of calls. symbolic_trace runs a module with stand-ins for its inputs and writes down what is called."""
from ._symbolic_trace import PH, ProxyableClassMeta, Tracer, symbolic_trace, wrap
from .graph import CodeGen, Graph
from .graph_module import GraphModule
from .interpreter import Interpreter, Transformer
from .node import Node, has_side_effect, map_arg
from .proxy import Proxy
from .subgraph_rewriter import replace_pattern
from . import passes
from .._missing import module_getattr

__all__ = ['CodeGen', 'Graph', 'GraphModule', 'Interpreter', 'Node', 'PH', 'Proxy', 'ProxyableClassMeta', 'Tracer', 'Transformer',
           'has_side_effect', 'map_arg', 'passes', 'replace_pattern', 'symbolic_trace', 'wrap']
__getattr__ = module_getattr('torch.fx', globals())
