/** What Brandkit's tone head tells apart, in the order of its outputs. */
export const brandTones = [
  'formal',
  'casual',
  'playful',
  'urgent',
  'luxurious',
  'technical',
  'friendly',
  'bold',
  'calm',
  'inspirational',
] as const;

export type BrandTone = (typeof brandTones)[number];
