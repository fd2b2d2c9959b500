/** Which function an elementwise kernel computes: its number, for the kernels and for those who call them. */

/** Of one element (map32). */
export const NEG = 0;
export const ABS = 1;
export const RELU = 2;
export const SQUARE = 3;
export const SQRT = 4;
export const RSQRT = 5;
export const RECIPROCAL = 6;
export const EXP = 7;
export const LOG = 8;
export const TANH = 9;
export const SIGMOID = 10;
export const SILU = 11;
export const GELU = 12;
export const GELU_TANH = 13;
export const SOFTPLUS = 14;
export const LOG_SIGMOID = 15;
export const LEAKY = 16;
export const ELU = 17;
export const LIMIT = 18;
export const HARD_SIGMOID = 19;
export const HARD_SWISH = 20;

/** Of two (pairs32). The gradients take dy, then what the op had saved. */
export const ADD = 0;
export const SUB = 1;
export const MUL = 2;
export const DIV = 3;
export const ADD_SCALED = 4;
export const THRESHOLD_GRAD = 5;
export const TANH_GRAD = 6;
export const SIGMOID_GRAD = 7;
export const SILU_GRAD = 8;
export const GELU_GRAD = 9;
export const GELU_TANH_GRAD = 10;
export const SOFTPLUS_GRAD = 11;
export const LOG_SIGMOID_GRAD = 12;
export const LEAKY_GRAD = 13;
export const ELU_GRAD = 14;
export const LIMIT_GRAD = 15;
export const HARD_SIGMOID_GRAD = 16;
export const HARD_SWISH_GRAD = 17;
export const LARGER = 18;
export const SMALLER = 19;

/** Of three (triples32). */
export const LERP = 0;
export const ADD_PRODUCT = 1;
export const ADD_QUOTIENT = 2;
