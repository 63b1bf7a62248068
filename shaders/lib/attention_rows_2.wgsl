// Two query rows in a workgroup of attention_decode_wide.wgsl, each in a variable of its own.
const ROW_TILE = 2u;
struct Rows { a: Row, b: Row }

fn begin_rows(place: Place) -> Rows {
  return Rows(begin_row(place, 0u), begin_row(place, 1u));
}

fn step_rows(before: Rows, keys: Raws, values: Raws, first_key: u32, depth8: u32) -> Rows {
  var rows = before;
  rows.a.scores = dot_keys(rows.a.query, keys);
  rows.b.scores = dot_keys(rows.b.query, keys);
  rows.a = weigh(rows.a, first_key, depth8);
  rows.b = weigh(rows.b, first_key, depth8);
  rows.a.sum = add_values(rows.a.sum, rows.a.scores, values);
  rows.b.sum = add_values(rows.b.sum, rows.b.scores, values);
  return rows;
}

fn finish_rows(rows: Rows, place: Place, lane: u32) {
  finish_row(rows.a, place, 0u, lane);
  finish_row(rows.b, place, 1u, lane);
}
