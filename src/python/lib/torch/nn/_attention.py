"""Multi-head attention (Vaswani et al. 2017), as torch.nn.functional has it."""
import math
import warnings

import torch

from .._tensor import Tensor


def _functional():
    from . import functional
    return functional


def _packed(x, w, b, parts):
    """`parts` projections by one matrix, each [length, batch, size]."""
    F = _functional()
    size = x.size(-1)
    y = F.linear(x, w, b).unflatten(-1, (parts, size)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
    return [y[i] for i in range(parts)]


def _in_projection_packed(q, k, v, w, b=None):
    """Query, key and value by the thirds of one matrix; by one product where they are the same tensor."""
    F = _functional()
    size = q.size(-1)
    if k is v and q is k:
        return _packed(q, w, b, 3)
    if k is v:
        w_q, w_kv = w.split([size, size * 2])
        b_q, b_kv = (None, None) if b is None else b.split([size, size * 2])
        return [F.linear(q, w_q, b_q), *_packed(k, w_kv, b_kv, 2)]
    biases = (None,) * 3 if b is None else b.chunk(3)
    return [F.linear(x, part, bias) for x, part, bias in zip((q, k, v), w.chunk(3), biases)]


def _in_projection(q, k, v, w_q, w_k, w_v, b_q=None, b_k=None, b_v=None):
    """Query, key and value, each by its own matrix."""
    size = q.size(-1)
    for name, x, w in (('query', q, w_q), ('key', k, w_k), ('value', v, w_v)):
        if tuple(w.shape) != (size, x.size(-1)):
            raise AssertionError(f'expecting {name} weights shape of {(size, x.size(-1))}, but got {w.shape}')
    for name, b in (('query', b_q), ('key', b_k), ('value', b_v)):
        if b is not None and tuple(b.shape) != (size,):
            raise AssertionError(f'expecting {name} bias shape of {(size,)}, but got {b.shape}')
    F = _functional()
    return F.linear(q, w_q, b_q), F.linear(k, w_k, b_k), F.linear(v, w_v, b_v)


def _mha_shape_check(query, key, value, key_padding_mask, attn_mask, num_heads):
    """Is there a batch? Raises PyTorch's errors for ranks that do not fit."""
    rank = query.dim()
    if rank not in (2, 3):
        raise AssertionError(f'query should be unbatched 2D or batched 3D tensor but received {rank}-D query tensor')
    lead = f'For {"batched (3-D)" if rank == 3 else "unbatched (2-D)"} `query`, expected '
    if key.dim() != rank or value.dim() != rank:
        raise AssertionError(f'{lead}`key` and `value` to be {rank}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively')
    if key_padding_mask is not None and key_padding_mask.dim() != rank - 1:
        raise AssertionError(f'{lead}`key_padding_mask` to be `None` or {rank - 1}-D but found {key_padding_mask.dim()}-D tensor instead')
    if attn_mask is not None:
        if attn_mask.dim() not in (2, 3):
            raise AssertionError(f'{lead}`attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor instead')
        wanted = (num_heads, query.shape[0], key.shape[0])
        if rank == 2 and attn_mask.dim() == 3 and tuple(attn_mask.shape) != wanted:
            raise AssertionError(f'Expected `attn_mask` shape to be {wanted} but got {attn_mask.shape}')
    return rank == 3


def _canonical_mask(mask, mask_name, other_type, other_name, target_type, check_other=True):
    """A mask of bools as one to be added: -inf where it is True."""
    if mask is None:
        return None
    is_float = torch.is_floating_point(mask)
    if mask.dtype != torch.bool and not is_float:
        raise AssertionError(f'only bool and floating types of {mask_name} are supported')
    if check_other and other_type is not None and mask.dtype != other_type:
        warnings.warn(f'Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for both instead.',
                      stacklevel=3)
    return mask if is_float else torch.zeros_like(mask, dtype=target_type).masked_fill_(mask, float('-inf'))


def _none_or_dtype(input):
    if input is None:
        return None
    if isinstance(input, Tensor):
        return input.dtype
    raise RuntimeError('input to _none_or_dtype() must be None or torch.Tensor')


def _check_attn_mask(mask, length, keys, pages):
    """A mask of every head ([pages, length, keys]), or one for all of them."""
    if mask.dim() == 2:
        if tuple(mask.shape) != (length, keys):
            raise RuntimeError(f'The shape of the 2D attn_mask is {mask.shape}, but should be {(length, keys)}.')
        return mask.unsqueeze(0)
    if mask.dim() != 3:
        raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")
    if tuple(mask.shape) != (pages, length, keys):
        raise RuntimeError(f'The shape of the 3D attn_mask is {mask.shape}, but should be {(pages, length, keys)}.')
    return mask


def _static(name, x, pages, size):
    for dim, wanted in ((0, pages), (2, size)):
        if x.size(dim) != wanted:
            raise AssertionError(f'expecting {name}.size({dim}) of {wanted}, but got {x.size(dim)}')
    return x


def _need(w, name, separate):
    if w is None:
        raise AssertionError(f'use_separate_proj_weight is {separate} but {name} is None')


def multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v,
                                 add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None,
                                 need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None,
                                 k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None, average_attn_weights=True,
                                 is_causal=False):
    """softmax(Q Kᵀ / √size) V of several heads side by side, and the weights if asked for.

    query [length, batch, embed], key and value [keys, batch, …]; without a batch if it is 2-D. attn_mask [length, keys], or one for every
    head; key_padding_mask [batch, keys]: True (or -inf) where a key must not be looked at.
    """
    F = _functional()
    batched = _mha_shape_check(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, embed = query.shape
    keys = key.shape[0]
    key_padding_mask = _canonical_mask(key_padding_mask, 'key_padding_mask', _none_or_dtype(attn_mask), 'attn_mask', query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError('Need attn_mask if specifying the is_causal hint. You may use the Transformer module method '
                           '`generate_square_subsequent_mask` to create this mask.')
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None  # attention itself knows what causal is
    else:
        attn_mask = _canonical_mask(attn_mask, 'attn_mask', None, '', query.dtype, check_other=False)
        if key_padding_mask is not None:
            is_causal = False
    if embed != embed_dim_to_check:
        raise AssertionError(f'was expecting embedding dimension of {embed_dim_to_check}, but got {embed}')
    size = embed // num_heads
    if size * num_heads != embed:
        raise AssertionError(f'embed_dim {embed} not divisible by num_heads {num_heads}')
    if use_separate_proj_weight:
        if tuple(key.shape[:2]) != tuple(value.shape[:2]):
            raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
        for name, w in (('q_proj_weight', q_proj_weight), ('k_proj_weight', k_proj_weight), ('v_proj_weight', v_proj_weight)):
            _need(w, name, True)
        biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
        q, k, v = _in_projection(query, key, value, q_proj_weight, k_proj_weight, v_proj_weight, *biases)
    else:
        if tuple(key.shape) != tuple(value.shape):
            raise AssertionError(f'key shape {key.shape} does not match value shape {value.shape}')
        _need(in_proj_weight, 'in_proj_weight', False)
        q, k, v = _in_projection_packed(query, key, value, in_proj_weight, in_proj_bias)
    pages = batch * num_heads
    if attn_mask is not None:
        attn_mask = _check_attn_mask(attn_mask, length, keys, pages)

    def one_more(mask):
        return None if mask is None else F.pad(mask, (0, 1))

    if bias_k is not None and bias_v is not None:
        for name, x in (('key', static_k), ('value', static_v)):
            if x is not None:
                raise AssertionError(f'bias cannot be added to static {name}.')
        k = torch.cat([k, bias_k.repeat(1, batch, 1)])
        v = torch.cat([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = one_more(attn_mask), one_more(key_padding_mask)
    elif bias_k is not None:
        raise AssertionError('bias_k is set but bias_v is None')
    elif bias_v is not None:
        raise AssertionError('bias_v is set but bias_k is None')

    # Every head of every batch is a page: [pages, length, size].
    q = q.view(length, pages, size).transpose(0, 1)
    k = k.view(k.shape[0], pages, size).transpose(0, 1) if static_k is None else _static('static_k', static_k, pages, size)
    v = v.view(v.shape[0], pages, size).transpose(0, 1) if static_v is None else _static('static_v', static_v, pages, size)
    if add_zero_attn:
        k = torch.cat([k, torch.zeros((pages, 1, size), dtype=k.dtype)], dim=1)
        v = torch.cat([v, torch.zeros((pages, 1, size), dtype=v.dtype)], dim=1)
        attn_mask, key_padding_mask = one_more(attn_mask), one_more(key_padding_mask)
    keys = k.size(1)
    if key_padding_mask is not None:
        for dim, wanted in ((0, batch), (1, keys)):
            if key_padding_mask.shape[dim] != wanted:
                raise AssertionError(f'Expected key_padded_mask.shape[{dim}] to be {wanted}, but got {key_padding_mask.shape[dim]}')
        padding = key_padding_mask.view(batch, 1, 1, keys).expand(-1, num_heads, -1, -1).reshape(pages, 1, keys)
        attn_mask = padding if attn_mask is None else attn_mask + padding
    if not training:
        dropout_p = 0.0
    if not need_weights:
        if attn_mask is not None:
            one_for_all = attn_mask.size(0) == 1 and attn_mask.dim() == 3
            attn_mask = attn_mask.unsqueeze(0) if one_for_all else attn_mask.view(batch, num_heads, -1, keys)
        heads = [x.view(batch, num_heads, x.size(1), size) for x in (q, k, v)]
        out = F.scaled_dot_product_attention(*heads, attn_mask, dropout_p, is_causal)
        out = F.linear(out.permute(2, 0, 1, 3).reshape(batch * length, embed), out_proj_weight, out_proj_bias)
        out = out.view(length, batch, out.size(1))
        return (out if batched else out.squeeze(1)), None
    if is_causal and attn_mask is None:
        raise AssertionError('FIXME: is_causal not implemented for need_weights')
    scaled = q * math.sqrt(1.0 / float(size))
    if attn_mask is None:
        weights = torch.bmm(scaled, k.transpose(-2, -1))
    else:
        weights = torch.baddbmm(attn_mask, scaled, k.transpose(-2, -1))
    weights = F.softmax(weights, dim=-1)
    if dropout_p > 0.0:
        weights = F.dropout(weights, p=dropout_p)
    out = torch.bmm(weights, v).transpose(0, 1).reshape(length * batch, embed)
    out = F.linear(out, out_proj_weight, out_proj_bias)
    out = out.view(length, batch, out.size(1))
    weights = weights.view(batch, num_heads, length, keys)
    if average_attn_weights:
        weights = weights.mean(dim=1)
    return (out, weights) if batched else (out.squeeze(1), weights.squeeze(0))
