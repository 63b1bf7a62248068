// dot4I8Packed: products of four bytes in one instruction, where the hardware has it.
requires packed_4x8_integer_dot_product;
