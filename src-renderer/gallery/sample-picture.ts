/** What the camera of a live track might show: somebody before a wall, in colours of the track's own; as JPEG. */
export async function samplePicture(trackId: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(400, 225);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas can be drawn on here');
  const hue = [...trackId].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 7);
  const wall = context.createLinearGradient(0, 0, 400, 225);
  wall.addColorStop(0, `hsl(${hue} 30% 62%)`);
  wall.addColorStop(1, `hsl(${(hue + 40) % 360} 30% 38%)`);
  context.fillStyle = wall;
  context.fillRect(0, 0, 400, 225);
  context.fillStyle = `hsl(${(hue + 180) % 360} 35% 28%)`;
  context.beginPath();
  context.ellipse(200, 245, 110, 90, 0, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = `hsl(${24 + (hue % 12)} 45% ${45 + (hue % 30)}%)`;
  context.beginPath();
  context.ellipse(200, 105, 44, 56, 0, 0, 2 * Math.PI);
  context.fill();
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
  return new Uint8Array(await blob.arrayBuffer());
}
