/** What the Python face tells the recorder: modules, parameters, an optimizer's steps. Nothing while nobody records. */
import type { Tensor } from '../../engine/tensor';
import type { TraceSink } from '../../recorder/sink';
import type { Handles } from './handles';

export function traceFunctions(tensors: Handles<Tensor>, sink: () => TraceSink | null) {
  /** What each optimizer said of its latest step. */
  const steps = new Map<number, { description: string; hyper: string }>();
  return {
    /** Python asks once per module call; everything below is skipped where it is false. */
    recording: () => sink() !== null,
    module(id: number, parent: number, name: string, type: string, extra: string) {
      sink()?.module(id, parent < 0 ? null : parent, name, type, extra);
      return 0;
    },
    parameter(module: number, name: string, h: number) {
      sink()?.parameter(module, name, tensors.get(h));
      return 0;
    },
    buffer(module: number, name: string, h: number) {
      sink()?.buffer(module, name, tensors.get(h));
      return 0;
    },
    array(h: number) {
      sink()?.array(tensors.get(h));
      return 0;
    },
    enterModule(id: number) {
      sink()?.enterModule(id);
      return 0;
    },
    exitModule() {
      sink()?.exitModule();
      return 0;
    },
    beginStep(optimizer: number, description: string, hyper: string) {
      steps.set(optimizer, { description, hyper });
      sink()?.beginStep(optimizer, description, hyper);
      return 0;
    },
    beginStepAgain(optimizer: number) {
      const { description, hyper } = steps.get(optimizer)!;
      sink()?.beginStep(optimizer, description, hyper);
      return 0;
    },
    endStep() {
      sink()?.endStep();
      return 0;
    },
    stateTensor(optimizer: number, parameter: number, name: string, value: number) {
      sink()?.state(optimizer, tensors.get(parameter), name, tensors.get(value));
      return 0;
    },
    stateNumber(optimizer: number, parameter: number, name: string, value: number) {
      sink()?.state(optimizer, tensors.get(parameter), name, value);
      return 0;
    },
  };
}
