"""Ops whose result PyTorch itself does not define: what is compared instead, and why. Names of op_db, without variant."""

# Only dtype and shape are compared.
SHAPE_ONLY = {
    'empty': 'its elements are whatever was in memory',
    'empty_like': 'its elements are whatever was in memory',
    'empty_permuted': 'its elements are whatever was in memory',
    'empty_strided': 'its elements are whatever was in memory',
    'new_empty': 'its elements are whatever was in memory',
    'new_empty_strided': 'its elements are whatever was in memory',
    'resize_': 'elements beyond the old memory are whatever was there',
    'resize_as_': 'elements beyond the old memory are whatever was there',
}

# What is compared is what PyTorch's own gradient tests make of the result (the OpInfo's output_process_fn_grad and gradcheck_wrapper).
PROCESSED = {
    'svd': 'the sign (phase) of each singular vector is free',
    'linalg.svd': 'the sign (phase) of each singular vector is free',
    'linalg.eigh': 'the sign (phase) of each eigenvector is free',
    'linalg.eig': 'the phase of each eigenvector is free',
    'pca_lowrank': 'the sign of each singular vector is free, and the subspace is found from random vectors',
    'svd_lowrank': 'the sign of each singular vector is free, and the subspace is found from random vectors',
    'geqrf': 'only Q and R together are defined',
}

# Not run at all.
SKIPPED = {
    'jiterator_unary': 'compiles CUDA code',
    'jiterator_binary': 'compiles CUDA code',
    'jiterator_4inputs_with_extra_args': 'compiles CUDA code',
    'jiterator_binary_return_by_ref': 'compiles CUDA code',
    'jiterator_2inputs_2outputs': 'compiles CUDA code',
}
