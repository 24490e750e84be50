import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../contract/ipc.ts';

/** The application menu by each platform's conventions. `send` tells the window what was chosen. */
export function installMenu(platform: NodeJS.Platform, send: (command: MenuCommand) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(platform, send)));
}

/** The menu as data. */
export function menuTemplate(
  platform: NodeJS.Platform,
  send: (command: MenuCommand) => void,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => send(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const settings = command(mac ? 'Settings…' : 'Settings', 'settings', 'CommandOrControl+,');
  const appMenu: MenuItemConstructorOptions = {
    role: 'appMenu',
    label: 'Rollcall',
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
      label: '&File',
      submenu: [
        command('Record or Stop…', 'record-or-stop', 'CommandOrControl+R'),
        { type: 'separator' },
        ...(mac ? [] : [settings, { type: 'separator' } as const]),
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        command('Rooms', 'rooms', 'CommandOrControl+1'),
        command('Live', 'live', 'CommandOrControl+2'),
        command('Library', 'library', 'CommandOrControl+3'),
        command('Search', 'search', 'CommandOrControl+F'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [command('Keyboard Shortcuts', 'shortcuts')] },
  ];
}
