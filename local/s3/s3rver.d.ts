/** As much of the package as is used; it brings no types of its own. */
declare module '@20minutes/s3rver' {
  export interface Options {
    address: string;
    port: number;
    silent: boolean;
    directory: string;
    /** Tells buckets from host names; the path names them otherwise. */
    vhostBuckets: boolean;
    configureBuckets: { name: string }[];
  }

  export default class S3rver {
    constructor(options: Options);
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
