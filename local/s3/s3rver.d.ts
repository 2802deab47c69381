/** The used part of the package, which has no types. */
declare module '@20minutes/s3rver' {
  export interface Options {
    address: string;
    port: number;
    silent: boolean;
    directory: string;
    /** Whether the host name selects the bucket. Otherwise the path does. */
    vhostBuckets: boolean;
    configureBuckets: { name: string }[];
  }

  export default class S3rver {
    constructor(options: Options);
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
