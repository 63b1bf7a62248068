/** wgsl_reflect ships its types beside another entry than the one that Node can import. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
