// Ends with 0 when Dawn in Node has an adapter. A program of its own: Dawn keeps a process alive and may take it down.
import { create } from 'webgpu';

const adapter = await create([]).requestAdapter();
process.exit(adapter ? 0 : 1);
