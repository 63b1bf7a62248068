// One query row in a workgroup of attention_decode_wide.wgsl, each in a variable of its own.
const ROW_TILE = 1u;
struct Rows { a: Row }

fn begin_rows(place: Place) -> Rows {
  return Rows(begin_row(place, 0u));
}

fn step_rows(before: Rows, keys: Raws, values: Raws, first_key: u32, depth8: u32) -> Rows {
  var rows = before;
  rows.a.scores = dot_keys(rows.a.query, keys);
  rows.a = weigh(rows.a, first_key, depth8);
  rows.a.sum = add_values(rows.a.sum, rows.a.scores, values);
  return rows;
}

fn finish_rows(rows: Rows, place: Place, lane: u32) {
  finish_row(rows.a, place, 0u, lane);
}
