/** Random numbers, equal to PyTorch's CPU generator and kernels. */

export * from './generator';
export * from './integers';
export { MT19937, type MT19937Snapshot, type MT19937State } from './mt19937';
export * from './samplers';
