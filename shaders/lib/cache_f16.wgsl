// Keys and values in f16, eight neighbouring elements in a 128-bit load.
alias Raw8 = vec4<u32>;
fn widen8(raw: Raw8) -> Eight {
  return Eight(
    vec4f(unpack2x16float(raw.x), unpack2x16float(raw.y)),
    vec4f(unpack2x16float(raw.z), unpack2x16float(raw.w)));
}
