/**
 * An op's signature, in the notation of PyTorch's native_functions.yaml:
 * `sum(Tensor self, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor`.
 * The Python face makes its functions from it, so that an op is written down once.
 *
 * Types: Tensor, Tensor?, Tensor[], Tensor?[] (a list with None in it), Number and Number? (a Tensor or a Python number), Scalar, Scalar?, int, int?, int[], int[]?, float, float?,
 * bool, bool?, str, str?, ScalarType?, Generator?.
 */
export interface Param {
  name: string;
  type: string;
  /** Source text of the default, as Python would read it; undefined where the argument is required. */
  default: string | undefined;
  keywordOnly: boolean;
}

export interface Schema {
  name: string;
  params: Param[];
  /** `Tensor`, `(Tensor values, Tensor indices)`, `Tensor[]`, `bool`, `int`, `float`. */
  returns: string;
  text: string;
}

/** Splits at commas that are not inside brackets. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if ('[('.includes(text[i])) depth++;
    else if ('])'.includes(text[i])) depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((p) => p.trim()).filter((p) => p !== '');
}

/** Reads a signature. Throws a plain Error on a malformed one: that is a mistake in Backstep, met when it starts. */
export function parseSchema(text: string): Schema {
  const match = /^(\w+)\((.*)\) -> (.+)$/.exec(text);
  if (!match) throw new Error(`malformed op schema: ${text}`);
  let keywordOnly = false;
  const params: Param[] = [];
  for (const part of splitArguments(match[2])) {
    if (part === '*') {
      keywordOnly = true;
      continue;
    }
    const param = /^([A-Za-z]+\??(?:\[\])?\??) (\w+)(?:=(.+))?$/.exec(part);
    if (!param) throw new Error(`malformed argument '${part}' in op schema: ${text}`);
    params.push({ type: param[1], name: param[2], default: param[3], keywordOnly });
  }
  return { name: match[1], params, returns: match[3], text };
}
