/** How the recorder shows itself in the call, and what people are told there. */
export const recorder = {
  title: 'In the call',
  defaultName: 'Rollcall (recording)',
  name: 'Name shown to others',
  consent: 'What you tell people',
  consentNote: 'One click on the Live screen copies it, to be pasted into the call’s chat.',
  defaultConsent:
    'This call is being recorded. If you do not want to be recorded, please say so now or leave the call.',
  noConsent: 'The name that others see. There is no text yet to tell people that they are recorded.',
  withConsent: (consentText: string) => `The name that others see. People are told: “${consentText}”`,
  edit: 'Edit… name and text in the call',
  copyConsent: 'Copy the text that tells people of the recording',
  consentCopied: 'The text for the call’s chat was copied.',
  copyConsentOf: (text: string) => `Copy for the call’s chat: “${text}”`,
};
