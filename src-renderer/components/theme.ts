import { createTheme, type MantineColorsTuple } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';

const blue: MantineColorsTuple = [
  '#e4eefc',
  '#c9dcf8',
  '#a0c1f3',
  '#79a8ee',
  '#568fe8',
  '#3a7ce0',
  '#2465cc',
  '#2f6fdb',
  '#1d5fc4',
  '#164b9c',
];

/** Mantine set to the app's type, radius and colours; the tokens themselves are in `base.css`. */
export const theme = createTheme({
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontSizes: { xs: '12px', sm: '13px', md: '15px', lg: '20px', xl: '28px' },
  colors: { blue },
  primaryColor: 'blue',
  primaryShade: { light: 6, dark: 7 },
  defaultRadius: 8,
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    // The page itself never scrolls, so that nothing has to be locked (and no style element is needed for it).
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        transitionProps: { duration: 120 },
        closeButtonProps: { 'aria-label': texts.common.close },
      },
    },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 80 } } },
  },
});
