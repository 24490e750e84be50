/** What a room does now, and why. */
export const effective = {
  nothingIsUploaded: 'Nothing is uploaded.',
  enabledAlwaysRecords: 'Enabled: always records, whatever its template says.',
  disabledNeverRecords: 'Disabled: never records, whatever its template says.',
  autoOnBecauseItHas: 'Auto: on, because it has no template.',
  autoOnBecauseTemplateIs: (records: boolean, name: string) =>
    `Auto: ${records ? 'on' : 'off'}, because template ${name} is ${records ? 'on' : 'off'}.`,
  uploadsTo: (path: string) => `Uploads to ${path}.`,
  uploadsWaitUntilHosted: 'Uploads wait until hosted storage is set up.',
  uploadsToHostedStorage: 'Uploads to hosted storage.',
};
