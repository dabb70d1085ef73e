import { createStereoTrack } from '../../engine/src/session/stereo-track.ts';

const SILENCE = 0xff;
const left = (bytes: Uint8Array): number[] => [...bytes].filter((_, at) => at % 2 === 0);
const right = (bytes: Uint8Array): number[] => [...bytes].filter((_, at) => at % 2 === 1);

describe('the stereo track', () => {
  it('lays the agent on the left and the person on the right, silence between', () => {
    const track = createStereoTrack();
    track.agent(1, Uint8Array.of(10, 11));
    track.recipient(3, Uint8Array.of(20));
    const bytes = track.take(5);
    expect(left(bytes)).toEqual([SILENCE, 10, 11, SILENCE, SILENCE]);
    expect(right(bytes)).toEqual([SILENCE, SILENCE, SILENCE, 20, SILENCE]);
  });

  it('keeps what lies ahead for the next piece, and gives no sample twice', () => {
    const track = createStereoTrack();
    track.agent(0, Uint8Array.of(1, 2, 3, 4));
    expect(left(track.take(2))).toEqual([1, 2]);
    expect(left(track.take(6))).toEqual([3, 4, SILENCE, SILENCE]);
    expect(track.take(6)).toHaveLength(0);
  });

  it('drops what was cleared before it was heard', () => {
    const track = createStereoTrack();
    track.agent(0, Uint8Array.of(1, 2, 3, 4));
    track.agent(4, Uint8Array.of(5, 6));
    track.cut(3);
    track.agent(7, Uint8Array.of(9));
    expect(left(track.take(8))).toEqual([1, 2, 3, SILENCE, SILENCE, SILENCE, SILENCE, 9]);
  });
});
