export { HandClock, SeededRandom, settled } from "./hand-clock.ts";
