/** Stands for a carrier until there is one. */
export const neverAsked = (): never => {
  throw new Error('a carrier was asked before the engine listened');
};
