import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../contract/ipc.ts';
import { texts } from '../contract/texts/index.ts';

/** The application menu by each platform's conventions. `send` tells the window what was chosen. */
export function installMenu(platform: NodeJS.Platform, send: (command: MenuCommand) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(platform, send)));
}

/** The menu as data. */
export function menuTemplate(
  platform: NodeJS.Platform,
  send: (command: MenuCommand) => void,
): MenuItemConstructorOptions[] {
  const words = texts.system.menu;
  const mac = platform === 'darwin';
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => send(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const settings = command(mac ? words.settingsOnMac : words.settings, 'settings', 'CommandOrControl+,');
  const appMenu: MenuItemConstructorOptions = {
    role: 'appMenu',
    label: texts.common.appName,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
  return [
    ...(mac ? [appMenu] : []),
    {
      label: words.file,
      submenu: [
        command(words.recordOrStop, 'record-or-stop', 'CommandOrControl+R'),
        { type: 'separator' },
        ...(mac ? [] : [settings, { type: 'separator' } as const]),
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: words.view,
      submenu: [
        command(words.rooms, 'rooms', 'CommandOrControl+1'),
        command(words.live, 'live', 'CommandOrControl+2'),
        command(words.library, 'library', 'CommandOrControl+3'),
        command(words.search, 'search', 'CommandOrControl+F'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [command(words.shortcuts, 'shortcuts')] },
  ];
}
