// Where the sequences of a batch stand. state: a record of 4 words for each sequence:
//   [0] position of the step's first row   [1] 1 once it has ended   [2] slot of the cache that holds its keys   [3] unused
// A step takes the same number of rows of every sequence.
// Needs: `state`, array<u32>.
fn position_of(sequence: u32) -> u32 { return state[4u * sequence]; }
fn has_ended(sequence: u32) -> bool { return state[4u * sequence + 1u] != 0u; }
fn slot_of(sequence: u32) -> u32 { return state[4u * sequence + 2u]; }
