import type { Client, Place } from './client.ts';
import { build, cache, install, need, source } from './tools.ts';

/** The Java client for Android applications, fetched by Maven. `main` is a program for this version. */
function javaClient(version: string, eio: 3 | 4, place: Place, main: string): Client {
  const jars = cache(`java-${version}/jars`);
  const classes = cache(`java-${version}/${main}`);
  return {
    name: `Java ${version.replace(/\.\d+$/, '')}`,
    place,
    eio,
    deafToClose: main === 'InUrl08',
    leaves: false,
    retries: false,
    async prepare() {
      for (const tool of ['java', 'javac', 'mvn']) await need(tool);
      await install('mvn', [
        '--batch-mode',
        '--quiet',
        `--file=${source('java/pom.xml')}`,
        `-Dmaven.repo.local=${cache('maven')}`,
        `-Dsocketio.version=${version}`,
        `-DoutputDirectory=${jars}`,
        'dependency:copy-dependencies',
      ]);
      const classpath = ['-classpath', `${jars}/*`, '-sourcepath', source('java')];
      await build('javac', ['-d', classes, ...classpath, source(`java/${main}.java`)]);
      return { version, command: ['java', '-classpath', `${jars}/*:${classes}`, main] };
    },
  };
}

export const JAVA_CLIENTS: readonly Client[] = [
  javaClient('2.1.2', 4, 'url', 'InUrl'),
  javaClient('2.1.2', 4, 'payload', 'InPayload'),
  javaClient('1.0.1', 3, 'url', 'InUrl'),
  javaClient('0.8.3', 3, 'url', 'InUrl08'),
  // The version in MaxIM's Android SDK.
  javaClient('0.6.3', 3, 'url', 'InUrl08'),
];
