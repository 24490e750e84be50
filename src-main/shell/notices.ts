import { Notification } from 'electron';
import type { AppService } from './app-service.ts';
import { noticeOf } from './notice-words.ts';

export interface NoticesOptions {
  service: AppService;
  /** Whether the user looks at the window now, and sees it there. */
  isLooking(): boolean;
  onClick(): void;
}

/** Shows notices of the system while nobody looks at the window. Returns how to stop it. */
export function showNotices({ service, isLooking, onClick }: NoticesOptions): () => void {
  let before = service.live();
  return service.onChange((change) => {
    if (change.kind !== 'live') return;
    const notice = noticeOf(before, change.live);
    before = change.live;
    if (notice === null || isLooking() || !Notification.isSupported()) return;
    const shown = new Notification(notice);
    shown.on('click', onClick);
    shown.show();
  });
}
