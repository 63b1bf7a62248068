// Matrices of 16 by 16 that a subgroup multiplies: halves, with sums in f32.
enable f16;
enable chromium_experimental_subgroup_matrix;
// What depends on the subgroup alone is uniform where it matters; the analysis knows no subgroups.
diagnostic(off, chromium.subgroup_matrix_uniformity);
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
