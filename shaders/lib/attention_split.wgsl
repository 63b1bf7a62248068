// Keys of a split where there are `keys`: a multiple of `unit`, and no more than MOST_SPLITS splits.
override MOST_SPLITS: u32 = 0x80000000u;  // a power of two: no bound as it is
fn split_of(keys: u32, unit: u32) -> u32 {
  let share = max(1u, (keys + MOST_SPLITS - 1u) / MOST_SPLITS);
  return (share + unit - 1u) / unit * unit;
}
