const mediaNames =
  /\.(?:3gpp?|aac|amr|avi|avif|bmp|flac|gif|heic|heif|jpe?g|m4[av]|mkv|mov|mp[34]|oga|ogg|opus|png|tiff?|wav|webm|webp)$/i;

/** Whether a name is one of a picture, video, sound or sticker, as chat apps and cameras write them. */
export const isMediaName = (name: string): boolean => mediaNames.test(name);
